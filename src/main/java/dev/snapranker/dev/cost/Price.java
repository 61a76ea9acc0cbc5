package dev.snapranker.dev.cost;

/**
 * AWS's public list prices in US dollars for us-east-1, without free tiers and volume discounts.
 * docs/cost.md has the same table.
 */
enum Price {
  LAMBDA_X86_64("Lambda, x86_64", 0.0000166667, "GB-second", "lambda"),
  LAMBDA_ARM64("Lambda, arm64", 0.0000133334, "GB-second", "lambda"),
  LAMBDA_REQUEST("Lambda, requests", 0.20, "million requests", "lambda"),
  SNAPSTART("SnapStart for Java", 0, "snapshot and restore", "lambda"),
  HTTP_API("HTTP API", 1.00, "million requests of up to 512 KB", "api-gateway"),
  REST_API("REST API", 3.50, "million requests", "api-gateway"),
  METRIC("CloudWatch, custom metric", 0.30, "metric and month", "cloudwatch"),
  ALARM("CloudWatch, alarm", 0.10, "metric of an alarm and month", "cloudwatch"),
  DASHBOARD("CloudWatch, dashboard", 3.00, "dashboard and month", "cloudwatch"),
  LOG_INGESTED("CloudWatch, logs written", 0.50, "GB", "cloudwatch"),
  LOG_KEPT("CloudWatch, logs kept", 0.03, "GB and month", "cloudwatch"),
  LOG_SCANNED("CloudWatch, logs searched", 0.005, "GB", "cloudwatch"),
  TRACE("X-Ray", 5.00, "million traces", "xray"),
  OBJECT_KEPT("S3", 0.023, "GB and month", "s3"),
  KEY("KMS, own key", 1.00, "key and month", "kms"),
  KEY_USE("KMS, requests", 0.03, "10,000 requests", "kms"),
  TRANSITION("Step Functions", 0.025, "1,000 state transitions", "step-functions");

  static final String REGION = "us-east-1";

  /** When they were compared with copies of AWS's pages. */
  static final String DATE = "2026-11-29";

  private final String what;
  private final double dollars;
  private final String unit;
  private final String page;

  Price(String what, double dollars, String unit, String page) {
    this.what = what;
    this.dollars = dollars;
    this.unit = unit;
    this.page = page;
  }

  String what() {
    return what;
  }

  double dollars() {
    return dollars;
  }

  String unit() {
    return unit;
  }

  /** Where AWS publishes it. */
  String source() {
    return "https://aws.amazon.com/" + page + "/pricing/";
  }
}
