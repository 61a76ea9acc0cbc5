"""Transforms template.yaml like CloudFormation, and creates it with moto, once for each way to deploy it.

    created.py ADDRESS

ADDRESS is the address of a moto server. Needs aws-sam-cli's libraries. Exactly the resources whose conditions hold must be
created. moto ignores the types that it does not implement, so the script prints those: they were not tested.
"""

import json
import sys
import urllib.request
from collections import Counter

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
JWT = {"Auth": "jwt", "JwtIssuer": "https://issuer.example", "JwtAudience": "rerank"}
JOBS = {"JobBucket": "job-bucket"}
EVERYTHING = JOBS | {
    "CorsAllowOrigin": "https://app.example",
    "KmsKeyArn": KEY,
    "ModelBucket": "model-bucket",
    "ModelKmsKeyArn": KEY,
    "JobKmsKeyArn": KEY,
    "ReserveJobConcurrency": "true",
    "ReservedConcurrency": "10",
    "AlarmTopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms",
    "Metrics": "all",
    "Tracing": "PassThrough",
}
WAYS = {
    f"{auth['Auth']}-{name}": auth | more
    for auth in ({"Auth": "iam"}, JWT, {"Auth": "api-key"})
    for name, more in {
        "plain": {},
        "cors": {"CorsAllowOrigin": "*"},
        "jobs": JOBS,
        "all": EVERYTHING,
    }.items()
}
WAYS["api-key-existing-role"] = {"Auth": "api-key", "ApiGatewayLogRole": "existing"}

NOT_IN_MOTO = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Lambda::Alias",
}

# The resources that each way must have.
MUST = {
    "iam": ["Api", "ApiStage", "ProxyRoute", "ApiAccessLogs"],
    "jwt": ["Api", "ApiStage", "ApiAuthorizer", "ApiAccessLogs"],
    "api-key": ["RestApi", "RestStage", "UsagePlan", "ApiKey", "ApiAccessLogs"],
}


def clients(address):
    return {
        service: boto3.client(
            service,
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="id",
            aws_secret_access_key="secret",
        )
        for service in ("cloudformation", "s3")
    }


def template():
    with open("template.yaml", encoding="utf-8") as file:
        return yaml_parse(file.read())


def transformed(parameters):
    source = template()
    defaults = {
        name: parameter["Default"] for name, parameter in source["Parameters"].items()
    }
    for function in ("RerankFunction", "JobFunction"):
        source["Resources"][function]["Properties"]["CodeUri"] = "s3://code/function.zip"
    source["Resources"]["ModelLayer"]["Properties"]["ContentUri"] = "s3://code/layer.zip"
    translator = Translator({}, Parser(), [], boto3.Session(region_name="us-east-1"))
    made = translator.translate(source, parameter_values=defaults | parameters)
    made.pop("Transform", None)
    return made


class Conditions:
    """Evaluates a template's conditions with some parameters."""

    def __init__(self, made, parameters):
        self.conditions = made["Conditions"]
        self.values = {
            name: str(parameters.get(name, parameter.get("Default", "")))
            for name, parameter in made["Parameters"].items()
        }

    def holds(self, name):
        return self._is(self.conditions[name])

    def _is(self, condition):
        ((function, value),) = condition.items()
        match function:
            case "Condition":
                return self.holds(value)
            case "Fn::Not":
                return not self._is(value[0])
            case "Fn::And":
                return all(self._is(each) for each in value)
            case "Fn::Equals":
                one, other = (
                    self.values[each["Ref"]] if isinstance(each, dict) else str(each) for each in value
                )
                return one == other
        raise ValueError(f"unknown kind of condition: {condition}")

    def without_no_values(self, node):
        """Removes AWS::NoValue from lists, like CloudFormation. moto would treat it as an element."""
        if isinstance(node, dict) and "Fn::If" in node:
            condition, *branches = node["Fn::If"]
            return {"Fn::If": [condition, *(self.without_no_values(each) for each in branches)]}
        if isinstance(node, dict):
            return {key: self.without_no_values(value) for key, value in node.items()}
        if not isinstance(node, list):
            return node
        return [self.without_no_values(each) for each in node if not self._is_no_value(each)]

    def _is_no_value(self, node):
        if isinstance(node, dict) and "Fn::If" in node:
            condition, one, other = node["Fn::If"]
            return self._is_no_value(one if self.holds(condition) else other)
        return node == {"Ref": "AWS::NoValue"}


def with_functions_for_aliases(node):
    """Replaces references to aliases by the functions, because moto has no AWS::Lambda::Alias."""
    if isinstance(node, list):
        return [with_functions_for_aliases(each) for each in node]
    if not isinstance(node, dict):
        return node
    alias = str(node.get("Ref", ""))
    if alias.endswith("Aliaslive"):
        return {"Fn::GetAtt": [alias.removesuffix("Aliaslive"), "Arn"]}
    return {key: with_functions_for_aliases(value) for key, value in node.items()}


def wanted(made, conditions):
    """The logical ids and types of the resources whose conditions hold."""
    return {
        name: resource["Type"]
        for name, resource in made["Resources"].items()
        if "Condition" not in resource or conditions.holds(resource["Condition"])
    }


def create(cloudformation, name, parameters):
    made = transformed(parameters)
    conditions = Conditions(made, parameters)
    made["Resources"] = conditions.without_no_values(with_functions_for_aliases(made["Resources"]))
    made.pop("Outputs")  # moto does not know ApiEndpoint
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(made),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        sys.exit(f"{name}: {stack['StackStatus']} {stack.get('StackStatusReason', '')}")
    found = {
        resource["LogicalResourceId"]: resource["ResourceType"]
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        for resource in page["StackResourceSummaries"]
        if resource["LogicalResourceId"]  # moto lists the others without a name
    }
    return wanted(made, conditions), found


def main(address):
    services = clients(address)
    passed_over = Counter()
    for name, parameters in WAYS.items():
        urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset", method="POST"))
        services["s3"].create_bucket(Bucket="code")
        for key in ("function.zip", "layer.zip"):
            services["s3"].put_object(Bucket="code", Key=key, Body=EMPTY_ZIP)
        asked, found = create(services["cloudformation"], name, parameters)
        for must in MUST[parameters["Auth"]]:
            if must not in asked:
                sys.exit(f"{name}: {must} is missing; expected its conditions to include it")
        unasked = found.keys() - asked.keys()
        if unasked:
            sys.exit(f"{name}: created although its condition does not hold: {sorted(unasked)}")
        absent = {name: asked[name] for name in asked.keys() - found.keys()}
        failed = [each for each, kind in absent.items() if kind not in NOT_IN_MOTO]
        if failed:
            sys.exit(f"{name}: not created: {sorted(failed)}")
        passed_over.update(absent.values())
        print(f"{name}: {len(found)} of {len(asked)} resources created")
    print(f"the template was created in {len(WAYS)} ways; moto does not implement these types, so they were not created:")
    for kind, times in sorted(passed_over.items()):
        print(f"  {kind} ({times})")


EMPTY_ZIP = b"PK\x05\x06" + bytes(18)

if __name__ == "__main__":
    main(sys.argv[1])
