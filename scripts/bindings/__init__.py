"""Typed properties for the CDK and for Terraform, written from what the provider takes."""
