"""Prints the definition of the state machine in template.yaml, with examples for the values that CloudFormation inserts."""

import re
from pathlib import Path

template = Path("template.yaml").read_text()
found = re.search(r"DefinitionString: !Sub\n +- \|\n(.*?)\n +- Alias:", template, re.DOTALL)
values = {
    "AWS::Partition": "aws",
    "Alias": "arn:aws:lambda:us-east-1:123456789012:function:jobs:live",
    "JobConcurrency": "5",
    "JobToleratedFailurePercentage": "5",
    "JobBucket": "bucket",
    "JobInputPrefix": "in/",
    "JobOutputPrefix": "out/",
}
print(re.sub(r"\$\{([^}]+)}", lambda name: values[name.group(1)], found.group(1)))
