"""AWS on this machine, for people who build this product: never part of the Lambda package.

CloudFormation and Lambda are ministack's (a process of ours starts it, with the corrections that make it behave as AWS does
where it matters here); SageMaker and CloudWatch are the stand-in's. Nothing here ever talks to the network beyond 127.0.0.1.
"""
