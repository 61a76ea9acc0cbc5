"""A new model must publish a new version of the function, or SnapStart would go on with the old one's snapshot.

Transforms template.yaml as CloudFormation does, with two contents of the model layer. Needs aws-sam-cli's libraries.
"""

import re
import sys

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


def version(layer_content):
    with open("template.yaml", encoding="utf-8") as file:
        template = yaml_parse(file.read())
    parameters = {
        name: parameter["Default"] for name, parameter in template["Parameters"].items()
    }
    template["Resources"]["RerankFunction"]["Properties"]["CodeUri"] = "s3://bucket/function"
    template["Resources"]["ModelLayer"]["Properties"]["ContentUri"] = f"s3://bucket/{layer_content}"
    translator = Translator({}, Parser(), [], boto3.Session(region_name="us-east-1"))
    resources = translator.translate(template, parameter_values=parameters)["Resources"]
    versions = [name for name in resources if re.fullmatch(r"RerankFunctionVersion\w+", name)]
    assert len(versions) == 1, versions
    return versions[0]


if version("model-1") == version("model-2"):
    sys.exit("a new model does not make a new version of the function")
if version("model-1") != version("model-1"):
    sys.exit("the same model makes a new version of the function")
print("a new model makes a new version of the function")
