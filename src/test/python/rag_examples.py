"""The examples of examples/rag: the function is real, AWS is played by what botocore says of it.

    python rag_examples.py URL SCRATCH_FOLDER
"""

import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import botocore.session
from botocore.response import StreamingBody
from botocore.stub import Stubber
from botocore.validate import validate_parameters

URL, SCRATCH = sys.argv[1].rstrip("/"), Path(sys.argv[2])
RAG = Path(__file__).parents[3] / "examples" / "rag"
QUERY = "capital of Australia"
PASSAGES = {
    "kangaroo": "Kangaroos can leap nine metres. Australia is their home.",
    "canberra": "Canberra is the capital of Australia.",
    "coffee": "Roasted beans lose water and gain volume.",
}
ENVIRONMENT = {
    **os.environ,
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def expect(holds, got):
    if not holds:
        raise AssertionError(got)


def shape(service, operation, part):
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    return model.input_shape if part == "input" else model.output_shape


class KnowledgeBase(BaseHTTPRequestHandler):
    """Retrieve, as bedrock-agent-runtime speaks it. What it gets and gives fits botocore's model."""

    found = []

    def do_POST(self):
        expect(self.path == "/knowledgebases/KBID123456/retrieve", self.path)
        expect("/bedrock/aws4_request" in self.headers["Authorization"], self.headers["Authorization"])
        posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        validate_parameters({"knowledgeBaseId": "KBID123456", **posted}, shape("bedrock-agent-runtime", "Retrieve", "input"))
        expect(posted["retrievalQuery"]["text"] == QUERY, posted)
        reply = {"retrievalResults": self.found}
        validate_parameters(reply, shape("bedrock-agent-runtime", "Retrieve", "output"))
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def knowledge_base(*arguments):
    server = HTTPServer(("127.0.0.1", 0), KnowledgeBase)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        return subprocess.run(
            [sys.executable, str(RAG / "knowledge_base.py"), "--knowledge-base", "KBID123456", "--function", URL]
            + ["--query", QUERY, *arguments],
            env={**ENVIRONMENT, "AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME": f"http://127.0.0.1:{server.server_port}"},
            capture_output=True,
            text=True,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def what_a_knowledge_base_retrieves_is_reranked():
    KnowledgeBase.found = [
        {
            "content": {"type": "TEXT", "text": text},
            "location": {"type": "S3", "s3Location": {"uri": f"s3://docs/{key}"}},
            "score": 0.5 - i / 10,
        }
        for i, (key, text) in enumerate(PASSAGES.items())
    ]
    KnowledgeBase.found.insert(0, {"content": {"type": "IMAGE", "byteContent": "data:image/png;base64,AA=="}})
    for signed in ([], ["--unsigned"]):
        ran = knowledge_base("--top", "2", *signed)
        expect(ran.returncode == 0, ran.stderr)
        lines = ran.stdout.splitlines()
        expect(len(lines) == 2 and "s3://docs/canberra" in lines[0] and "was   2" in lines[0], ran.stdout)
    KnowledgeBase.found = []
    expect("no passage" in knowledge_base().stdout, "no passages")


def code(heading):
    """The Python code below a heading of the README."""
    section = (RAG / "README.md").read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]


def example(heading):
    """That code as a module."""
    path = SCRATCH / f"{heading.replace(' ', '_').lower()}.py"
    path.write_text(code(heading))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def s3_vectors():
    os.environ.update(ENVIRONMENT)
    module = example("S3 Vectors")
    vectors, bedrock = Stubber(module.vectors), Stubber(module.bedrock)
    index = {"vectorBucketName": "passages", "indexName": "handbook"}
    numbers = [0.5] * 1024

    def embeds(text):
        body = json.dumps({"embedding": numbers, "inputTextTokenCount": 3}).encode()
        bedrock.add_response(
            "invoke_model",
            {"body": StreamingBody(io.BytesIO(body), len(body)), "contentType": "application/json"},
            {"modelId": "amazon.titan-embed-text-v2:0", "body": json.dumps({"inputText": text})},
        )

    vectors.add_response("create_vector_bucket", {"vectorBucketArn": "arn:aws:s3vectors:eu-west-1:123456789012:bucket/passages"})
    vectors.add_response("put_vector_bucket_default_index_mode", {})
    vectors.add_response(
        "create_index", {"indexArn": "arn:aws:s3vectors:eu-west-1:123456789012:bucket/passages/index/handbook"}
    )
    vectors.add_response(
        "put_vectors",
        {},
        {
            **index,
            "vectors": [{"key": k, "data": {"float32": numbers}, "metadata": {"text": t}} for k, t in PASSAGES.items()],
        },
    )
    for found in (PASSAGES, {}):
        vectors.add_response(
            "query_vectors",
            {
                "distanceMetric": "cosine",
                "vectors": [
                    {"key": k, "metadata": {"text": t}, "scores": {"fused": 1 / (61 + i), "vectorDistance": 0.2}}
                    for i, (k, t) in enumerate(found.items())
                ],
            },
        )
    for text in [*PASSAGES.values(), QUERY, QUERY]:
        embeds(text)
    with vectors, bedrock:
        module.create()
        module.put(PASSAGES)
        results = module.search(URL, QUERY, top_k=2)
        expect([r["id"] for r in results][0] == "canberra" and len(results) == 2, results)
        expect(module.search(URL, QUERY) == [], "nothing was found")
    vectors.assert_no_pending_responses()
    bedrock.assert_no_pending_responses()


def pgvector():
    import pgserver
    import psycopg

    module = example("pgvector")

    def embedding(text):
        """As many words as dimensions: enough to be near to texts with the same ones."""
        vector = [0.0] * 1024
        for word in re.findall(r"\w+", text.lower()):
            vector[sum(word.encode()) % 1024] += 1
        return vector

    server = pgserver.get_server(SCRATCH / "postgres")
    try:
        with psycopg.connect(server.get_uri()) as connection:
            module.create(connection)
            module.put(connection, PASSAGES, embedding)
            for query in (QUERY, 'what\'s the "capital of Australia"?'):
                results = module.search(connection, URL, query, embedding)
                expect(results[0]["id"] == "canberra" and len(results) == 3, results)
    finally:
        server.cleanup()


sys.path.insert(0, str(RAG))
checks = [what_a_knowledge_base_retrieves_is_reranked, s3_vectors]
if importlib.util.find_spec("pgserver"):
    checks.append(pgvector)
for check in checks:
    check()
    print(f"{check.__name__}: ok")
