package dev.snapranker.store;

import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelLoader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A versioned bucket in S3Mock. The server is a process of its own on a free port, started for the
 * first bucket and ended with the JVM of the tests; a bucket is one test class's alone.
 */
public final class S3Server implements AutoCloseable {
  private static final String ENDPOINT = "aws.endpointUrlS3";
  private static final Map<String, String> CLIENT =
      Map.of("aws.region", "us-east-1", "aws.accessKeyId", "id", "aws.secretAccessKey", "secret");

  private static final Pattern STARTED = Pattern.compile("Tomcat started on .* (\\d+) \\(http\\)");

  private final String bucket;
  private final S3Client client;

  private S3Server(String bucket) {
    this.bucket = bucket;
    this.client =
        S3Client.builder()
            .endpointOverride(Shared.ADDRESS)
            .region(Region.US_EAST_1)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .forcePathStyle(true)
            .build();
    client.createBucket(request -> request.bucket(bucket));
    client.putBucketVersioning(request ->
        request
            .bucket(bucket)
            .versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
  }

  /** A new bucket, by a name that no other class has. */
  public static S3Server withBucket(String bucket) {
    return new S3Server(bucket);
  }

  private static final class Shared {
    static final URI ADDRESS = startServer();
  }

  /** The server chooses its port, and prints it when it is ready. */
  private static URI startServer() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "s3mock");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Djava.io.tmpdir=" + folder, // where it keeps its objects, up to gigabytes
                  "-XX:TieredStopAtLevel=1",
                  "-Xmx256m",
                  "-jar",
                  Path.of("target", "s3mock.jar").toString(),
                  "--server.address=127.0.0.1",
                  "--http.port=0",
                  "--server.port=0") // of its TLS
              .redirectErrorStream(true)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process, folder)));
      CompletableFuture<Integer> port = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> follow(process, port));
      return URI.create("http://127.0.0.1:" + port.orTimeout(2, TimeUnit.MINUTES).join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** S3Mock does not delete its objects, so this does. */
  private static void stop(Process process, Path folder) {
    process.destroyForcibly().onExit().join();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads what the process prints, and finds its port there. */
  private static void follow(Process process, CompletableFuture<Integer> port) {
    List<String> start = new ArrayList<>();
    try (BufferedReader printed = process.inputReader()) {
      for (String line = printed.readLine(); line != null; line = printed.readLine()) {
        Matcher started = STARTED.matcher(line);
        if (started.find()) {
          port.complete(Integer.valueOf(started.group(1)));
        }
        if (!port.isDone()) {
          start.add(line);
        }
      }
      throw new IOException("S3Mock does not start:\n" + String.join("\n", start));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
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
    return Shared.ADDRESS;
  }

  /** The key's new version. */
  public String put(String key, byte[] content) {
    return client
        .putObject(object -> object.bucket(bucket).key(key), RequestBody.fromBytes(content))
        .versionId();
  }

  public byte[] get(String key) {
    return client.getObjectAsBytes(object -> object.bucket(bucket).key(key)).asByteArray();
  }

  public List<String> keys(String prefix) {
    return client
        .listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix))
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
        client.listMultipartUploads(list -> list.bucket(bucket)).uploads().stream()
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
  }
}
