"""Checks that a new model publishes a new version of the functions. Otherwise SnapStart would keep the old model's snapshot.

Transforms template.yaml like CloudFormation, with two contents of the model layer. Needs aws-sam-cli's libraries.
"""

import re
import sys

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


FUNCTIONS = ["RerankFunction", "JobFunction"]


def versions(layer_content):
    with open("template.yaml", encoding="utf-8") as file:
        template = yaml_parse(file.read())
    parameters = {
        name: parameter["Default"] for name, parameter in template["Parameters"].items()
    }
    for function in FUNCTIONS:
        template["Resources"][function]["Properties"]["CodeUri"] = "s3://bucket/function"
    template["Resources"]["ModelLayer"]["Properties"]["ContentUri"] = f"s3://bucket/{layer_content}"
    translator = Translator({}, Parser(), [], boto3.Session(region_name="us-east-1"))
    resources = translator.translate(template, parameter_values=parameters)["Resources"]
    found = {
        function: [name for name in resources if re.fullmatch(rf"{function}Version\w+", name)]
        for function in FUNCTIONS
    }
    assert all(len(names) == 1 for names in found.values()), found
    return found


one, again, other = versions("model-1"), versions("model-1"), versions("model-2")
for function in FUNCTIONS:
    if one[function] == other[function]:
        sys.exit(f"a new model does not make a new version of {function}")
    if one[function] != again[function]:
        sys.exit(f"the same model makes a new version of {function}")
print("a new model makes a new version of both functions")
