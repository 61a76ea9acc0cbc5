package dev.snapranker.dev.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A figure of quality against time, on a logarithmic axis, with the Pareto front: those that no
 * other beats in both.
 *
 * @param firstStage the first stage's nDCG@10, a line of its own
 * @param collections their names, for the caption
 */
record ParetoFigure(List<Point> points, double firstStage, String collections) {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 460;
  private static final int LEFT = 64;
  private static final int RIGHT = 150;
  private static final int TOP = 40;
  private static final int BOTTOM = 56;
  private static final double[] STEPS = {1, 2, 5};

  /** One way to rank. */
  record Point(String name, double millis, double ndcg) {}

  /** Those that are slower than another only if they are better, fastest first. */
  List<Point> front() {
    List<Point> front = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (Point point :
        points.stream()
            .sorted(
                Comparator.comparingDouble(Point::millis)
                    .thenComparing(Comparator.comparingDouble(Point::ndcg).reversed()))
            .toList()) {
      if (point.ndcg > best) {
        front.add(point);
        best = point.ndcg;
      }
    }
    return front;
  }

  String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            WIDTH,
            HEIGHT));
    text(svg, LEFT, 22, "start", "nDCG@10 against time per query: " + collections);
    axes(svg);
    double y = y(firstStage);
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#888\""
                + " stroke-dasharray=\"4 4\"/>\n",
            LEFT,
            y,
            WIDTH - RIGHT,
            y));
    text(svg, WIDTH - RIGHT + 6, y + 4, "start", "first stage");
    List<Point> front = front();
    StringBuilder path = new StringBuilder();
    for (Point point : front) {
      path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.millis), y(point.ndcg)));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" fill=\"none\" stroke=\"#1565c0\" stroke-width=\"1.5\"/>\n",
            path.toString().strip()));
    for (Point point : points) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n",
              x(point.millis),
              y(point.ndcg),
              front.contains(point) ? "#1565c0" : "#b0bec5"));
      text(svg, x(point.millis) + 7, y(point.ndcg) - 6, "start", point.name);
    }
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg) {
    int bottom = HEIGHT - BOTTOM;
    for (double decade = 0.1; decade < 1e5; decade *= 10) {
      for (double step : STEPS) {
        double millis = decade * step;
        if (millis >= leastMillis() && millis <= mostMillis()) {
          svg.append(
              String.format(
                  Locale.ROOT,
                  "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#eee\"/>\n",
                  x(millis),
                  TOP,
                  x(millis),
                  bottom));
          text(svg, x(millis), bottom + 18, "middle", number(millis));
        }
      }
    }
    double step = (mostNdcg() - leastNdcg()) / 5;
    for (int i = 0; i <= 5; i++) {
      double ndcg = leastNdcg() + i * step;
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#eee\"/>\n",
              LEFT,
              y(ndcg),
              WIDTH - RIGHT,
              y(ndcg)));
      text(svg, LEFT - 8, y(ndcg) + 4, "end", String.format(Locale.ROOT, "%.3f", ndcg));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", "milliseconds per query");
  }

  private double x(double millis) {
    double share = Math.log(millis / leastMillis()) / Math.log(mostMillis() / leastMillis());
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private double y(double ndcg) {
    double share = (ndcg - leastNdcg()) / (mostNdcg() - leastNdcg());
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  private double leastMillis() {
    return points.stream().mapToDouble(Point::millis).min().orElseThrow() / 1.5;
  }

  private double mostMillis() {
    return points.stream().mapToDouble(Point::millis).max().orElseThrow() * 1.5;
  }

  private double leastNdcg() {
    double least = points.stream().mapToDouble(Point::ndcg).min().orElseThrow();
    return Math.min(least, firstStage) - 0.01;
  }

  private double mostNdcg() {
    double most = points.stream().mapToDouble(Point::ndcg).max().orElseThrow();
    return Math.max(most, firstStage) + 0.01;
  }

  private static String number(double value) {
    return value < 1
        ? String.format(Locale.ROOT, "%.1f", value)
        : String.format(Locale.ROOT, "%.0f", value);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
            x,
            y,
            anchor,
            escaped));
  }
}
