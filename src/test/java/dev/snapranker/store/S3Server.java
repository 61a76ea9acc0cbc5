package dev.snapranker.store;

import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelLoader;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.S3Object;

/** S3Mock in a process of its own, on a free port, with one versioned bucket. */
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "models";

  private static final String ENDPOINT = "aws.endpointUrlS3";
  private static final Map<String, String> CLIENT =
      Map.of("aws.region", "us-east-1", "aws.accessKeyId", "id", "aws.secretAccessKey", "secret");

  private static final Pattern STARTED = Pattern.compile("Tomcat started on .* (\\d+) \\(http\\)");

  private final Process process;
  private final URI address;
  private final S3Client client;

  private S3Server(Process process, URI address) {
    this.process = process;
    this.address = address;
    this.client =
        S3Client.builder()
            .endpointOverride(address)
            .region(Region.US_EAST_1)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .forcePathStyle(true)
            .build();
  }

  /** Starts it; it chooses its port, and tells it once it can be called. */
  public static S3Server start(Path log) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                Path.of("target", "s3mock.jar").toString(),
                "--server.address=127.0.0.1",
                "--http.port=0",
                "--server.port=0") // of its TLS
            .redirectErrorStream(true)
            .start();
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> follow(process, log, port));
    try {
      S3Server server =
          new S3Server(process, URI.create("http://127.0.0.1:" + port.get(2, TimeUnit.MINUTES)));
      server.createBucket();
      return server;
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IOException("S3Mock does not start: " + Files.readString(log), e);
    }
  }

  /** Keeps what the process prints, and finds its port there. */
  private static void follow(Process process, Path log, CompletableFuture<Integer> port) {
    try (BufferedReader printed = process.inputReader();
        BufferedWriter kept = Files.newBufferedWriter(log)) {
      for (String line = printed.readLine(); line != null; line = printed.readLine()) {
        kept.append(line).append('\n');
        kept.flush();
        Matcher started = STARTED.matcher(line);
        if (started.find()) {
          port.complete(Integer.valueOf(started.group(1)));
        }
      }
      port.completeExceptionally(new IOException("it ended"));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  private void createBucket() {
    client.createBucket(bucket -> bucket.bucket(BUCKET));
    client.putBucketVersioning(bucket ->
        bucket
            .bucket(BUCKET)
            .versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
  }

  /** Lets this process's clients of S3 find a server. */
  public static void configure(URI address) {
    CLIENT.forEach(System::setProperty);
    System.setProperty(ENDPOINT, address.toString());
  }

  public static void forget() {
    CLIENT.keySet().forEach(System::clearProperty);
    System.clearProperty(ENDPOINT);
  }

  public URI address() {
    return address;
  }

  /** The key's new version. */
  public String put(String key, byte[] content) {
    return client
        .putObject(object -> object.bucket(BUCKET).key(key), RequestBody.fromBytes(content))
        .versionId();
  }

  public byte[] get(String key) {
    return client.getObjectAsBytes(object -> object.bucket(BUCKET).key(key)).asByteArray();
  }

  public List<String> keys(String prefix) {
    return client
        .listObjectsV2Paginator(list -> list.bucket(BUCKET).prefix(prefix))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }

  /** Uploads that were begun and neither committed nor discarded. */
  public int openUploads() {
    return openUploads("");
  }

  /** Those of one object, or of all below a prefix. */
  public int openUploads(String prefix) {
    return (int)
        client.listMultipartUploads(list -> list.bucket(BUCKET)).uploads().stream()
            .filter(upload -> upload.key().startsWith(prefix))
            .count();
  }

  /** Puts a bundle's files under a prefix. */
  public void putBundle(Path bundle, String prefix) throws IOException {
    put(prefix + "/" + Manifest.FILE, Files.readAllBytes(bundle.resolve(Manifest.FILE)));
    for (String file : ModelLoader.load(bundle).manifest().files().keySet()) {
      put(prefix + "/" + file, Files.readAllBytes(bundle.resolve(file)));
    }
  }

  @Override
  public void close() {
    client.close();
    process.destroy();
    process.onExit().join();
  }
}
