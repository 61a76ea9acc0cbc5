package dev.snapranker.dev.collection;

import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * TREC's topics: {@code <top> <num> Number: 301 <title> … <desc> Description: … </top>}, with or
 * without tags that close a part, and the XML of later tracks, {@code <topic number="1"> <query> …
 * </topic>}.
 */
final class TopicEntries implements EntryFormat {
  private static final int MOST_CHARS = 1 << 20;
  private static final int IGNORE_CASE = Pattern.CASE_INSENSITIVE | Pattern.DOTALL;
  private static final Pattern START = Pattern.compile("<top(ic)?(\\s[^>]*)?>", IGNORE_CASE);
  private static final Pattern END = Pattern.compile("</top(ic)?\\s*>", IGNORE_CASE);
  private static final Pattern NUMBER =
      Pattern.compile("<num>\\s*(?:Number\\s*:)?\\s*([^\\s<]+)", IGNORE_CASE);
  private static final Pattern ATTRIBUTE =
      Pattern.compile("^<top[^>]*\\s(?:number|id)\\s*=\\s*[\"']([^\"']+)[\"']", IGNORE_CASE);

  /** A part may begin with its own name. */
  private static final String LABEL = "(?:(?:Topic|Description|Narrative)\\s*:)?";

  private final List<Pattern> parts;
  private final TopicPart part;
  private final StringBuilder topic = new StringBuilder();

  TopicEntries(TopicPart part) {
    this.part = part;
    this.parts =
        part.fields().stream()
            .map(tag ->
                Pattern.compile(
                    "<" + tag + ">\\s*" + LABEL + "([^<]*(?:<[^a-z/!][^<]*)*)", IGNORE_CASE))
            .toList();
  }

  @Override
  public void read(String line, Consumer<Entry> entries) {
    topic.append(line).append('\n');
    if (topic.length() > MOST_CHARS) {
      throw new MalformedException("the topic is too long; expected </top> before here");
    }
    if (!line.contains("</")) {
      return;
    }
    for (Matcher end = END.matcher(topic); end.find(); end = END.matcher(topic)) {
      Matcher start = START.matcher(topic);
      if (!start.find() || start.start() > end.start()) {
        throw new MalformedException("a topic ends that has no beginning; expected <top>");
      }
      entries.accept(entry(topic.substring(start.start(), end.start())));
      topic.delete(0, end.end());
    }
  }

  private Entry entry(String text) {
    Matcher number = NUMBER.matcher(text);
    Matcher attribute = ATTRIBUTE.matcher(text);
    if (!number.find() && !attribute.find()) {
      throw new MalformedException("the topic that ends here has no number; expected <num>");
    }
    String id = number.hasMatch() ? number.group(1) : attribute.group(1);
    for (Pattern each : parts) {
      Matcher matcher = each.matcher(text);
      if (matcher.find()) {
        return new Entry(id, plain(matcher.group(1)));
      }
    }
    throw new MalformedException(
        "topic %s has no %s; expected <%s>, or another part in --topic-part"
            .formatted(id, part, part));
  }

  private static String plain(@Nullable String text) {
    return String.valueOf(text)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
        .strip()
        .replaceAll("\\s+", " ");
  }

  @Override
  public void end() {
    if (START.matcher(topic).find()) {
      throw new MalformedException("the file ends within a topic; expected </top>");
    }
  }
}
