#!/bin/sh
# Reranks three candidates over HTTP, with curl 7.76 or newer.
#
#   SNAPRANKER_URL=https://….amazonaws.com ./rerank.sh
# The stack's parameter Auth decides which credentials the API needs: SNAPRANKER_TOKEN (jwt), SNAPRANKER_API_KEY (api-key),
# or AWS credentials and AWS_REGION (iam, the default). `./snapranker serve` needs none.
set -eu
: "${SNAPRANKER_URL:?is not set; expected the address of the API}"

request=${1:-'{
  "query": "how do I undo the last git commit",
  "top_k": 2,
  "candidates": [
    "git log lists the commits of the current branch, newest first.",
    {"id": "reset", "text": "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged."},
    {"id": "banana", "text": "The banana is botanically a berry."}
  ]
}'}

# A pipe passes them to curl, because other users of the machine can read the arguments of processes.
credentials() {
  if [ -n "${SNAPRANKER_TOKEN:-}" ]; then
    printf 'header = "authorization: Bearer %s"\n' "$SNAPRANKER_TOKEN"
  elif [ -n "${SNAPRANKER_API_KEY:-}" ]; then
    printf 'header = "x-api-key: %s"\n' "$SNAPRANKER_API_KEY"
  elif [ -n "${AWS_ACCESS_KEY_ID:-}" ]; then
    printf 'aws-sigv4 = "aws:amz:%s:execute-api"\n' "$AWS_REGION"
    printf 'user = "%s:%s"\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"
    [ -z "${AWS_SESSION_TOKEN:-}" ] || printf 'header = "x-amz-security-token: %s"\n' "$AWS_SESSION_TOKEN"
  fi
}

# With --fail-with-body, curl prints the body of an error and exits with 22.
credentials | curl --config - --silent --show-error --fail-with-body \
  -H 'content-type: application/json' -d "$request" "${SNAPRANKER_URL%/}/rerank"
