#!/usr/bin/env bash
# Creates connector, model and pipeline in an OpenSearch with the plugins ml-commons and neural-search, indexes three
# documents, searches with and without reranking, and deletes everything again.
#
#   integrations/opensearch/try.sh OPENSEARCH_URL API_URL
# API_URL is the stack's output ApiUrl, or the address of ./snapranker serve. Credentials come from the environment:
#   SNAPRANKER_API_KEY                                    Auth=api-key (any value for ./snapranker serve)
#   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION      Auth=iam, if there is no API key
#   OPENSEARCH_CURL                                       more options for curl, such as "-u admin:PASSWORD -k"
# Use it on a test cluster only: while it runs, connectors may call only this API, and at the end it resets two transient
# settings of ml-commons. It needs curl and jq. It was not tested against ml-commons itself, because no package registry has
# the plugin. The plugin's behaviour was read from its sources (README.md).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ $# != 2 ]; then
  echo "usage: try.sh OPENSEARCH_URL API_URL" >&2
  exit 2
fi
if [ -z "${SNAPRANKER_API_KEY:-}" ] &&
  { [ -z "${AWS_ACCESS_KEY_ID:-}" ] || [ -z "${AWS_SECRET_ACCESS_KEY:-}" ] || [ -z "${AWS_REGION:-}" ]; }; then
  echo "no credentials for the API: set SNAPRANKER_API_KEY, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION" >&2
  exit 2
fi
opensearch=${1%/}
api=${2%/}
index=snapranker-try
read -r -a options <<<"${OPENSEARCH_CURL:-}"
connector_id='' model_id='' settings=false

# METHOD PATH [JSON]: prints the reply. If OpenSearch refuses, prints its message and stops.
call() {
  local reply status
  reply=$(curl -sS ${options[@]+"${options[@]}"} -X "$1" -H 'content-type: application/json' -w '\n%{http_code}' \
    ${3:+--data-binary "$3"} "$opensearch$2")
  status=${reply##*$'\n'}
  reply=${reply%$'\n'*}
  if [ "${status:0:1}" != 2 ]; then
    echo "$1 $2: $status $reply" >&2
    return 1
  fi
  printf '%s\n' "$reply"
}

clean_up() {
  set +e
  {
    call DELETE "/$index"
    call DELETE "/_search/pipeline/$index"
    if [ -n "$model_id" ]; then
      call POST "/_plugins/_ml/models/$model_id/_undeploy"
      call DELETE "/_plugins/_ml/models/$model_id"
    fi
    if [ -n "$connector_id" ]; then call DELETE "/_plugins/_ml/connectors/$connector_id"; fi
    if $settings; then
      call PUT /_cluster/settings '{"transient": {
        "plugins.ml_commons.trusted_connector_endpoints_regex": null,
        "plugins.ml_commons.connector.private_ip_enabled": null}}'
    fi
  } >/dev/null 2>&1
}

plugins=$(call GET '/_cat/plugins?format=json')
for plugin in opensearch-ml opensearch-neural-search; do
  if ! jq -e --arg plugin "$plugin" 'any(.[]; .component == $plugin)' <<<"$plugins" >/dev/null; then
    echo "This OpenSearch does not have the plugin $plugin; use the full distribution, not the minimal one." >&2
    exit 1
  fi
done
trap clean_up EXIT

# Allows connectors to call only the API's URL, and private addresses only for a local API.
trusted=$(jq -rn --arg api "$api" '"^" + ($api | gsub("(?<c>[^A-Za-z0-9:/_-])"; "\\" + .c)) + "/.*$"')
private=false
case $api in http://127.* | http://localhost* | http://10.* | http://172.* | http://192.168.*) private=true ;; esac
call PUT /_cluster/settings "$(jq -n --arg trusted "$trusted" --argjson private "$private" '{transient: {
  "plugins.ml_commons.trusted_connector_endpoints_regex": [$trusted],
  "plugins.ml_commons.connector.private_ip_enabled": $private}}')" >/dev/null
settings=true

if [ -n "${SNAPRANKER_API_KEY:-}" ]; then
  connector=$(jq --arg url "$api/v2/rerank" '.actions[0].url = $url | .credential.api_key = env.SNAPRANKER_API_KEY' \
    "$here/connector-api-key.json")
else
  connector=$(jq --arg url "$api/v2/rerank" '.actions[0].url = $url | .parameters.region = env.AWS_REGION
    | .credential = ({access_key: env.AWS_ACCESS_KEY_ID, secret_key: env.AWS_SECRET_ACCESS_KEY}
      + if env.AWS_SESSION_TOKEN then {session_token: env.AWS_SESSION_TOKEN} else {} end)' \
    "$here/connector-sigv4.json")
fi
connector_id=$(call POST /_plugins/_ml/connectors/_create "$connector" | jq -r .connector_id)
echo "connector $connector_id"

model=$(jq --arg id "$connector_id" '.connector_id = $id' "$here/model.json")
model_id=$(call POST '/_plugins/_ml/models/_register?deploy=true' "$model" | jq -r .model_id)
echo "model $model_id"

pipeline=$(jq --arg id "$model_id" '.response_processors[0].rerank.ml_opensearch.model_id = $id' "$here/search-pipeline.json")
call PUT "/_search/pipeline/$index" "$pipeline" >/dev/null

call PUT "/$index" '{"mappings": {"properties": {"title": {"type": "text"}, "text": {"type": "text"}}}}' >/dev/null
documents='{"index": {"_id": "log"}}
{"title": "git log", "text": "git log lists the commits of the current branch; the last git commit stands first."}
{"index": {"_id": "reset"}}
{"title": "git reset", "text": "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged."}
{"index": {"_id": "banana"}}
{"title": "Bananas", "text": "I know how to do it: the banana is botanically a berry."}
'
call POST "/$index/_bulk?refresh=true" "$documents" >/dev/null

search=$(cat "$here/search.json")
show='.hits.hits[] | "  \(._score)  \(._id)"'
echo "BM25:"
call POST "/$index/_search" "$(jq 'del(.ext)' <<<"$search")" | jq -r "$show"
echo "reranked:"
call POST "/$index/_search?search_pipeline=$index" "$search" | jq -r "$show"
