resource "aws_cloudformation_stack" "endpoint" {
  name          = coalesce(var.stack_name, "${var.endpoint_name}-endpoint")
  template_body = jsonencode(local.template)
  iam_role_arn  = var.stack_role_arn
  on_failure    = "ROLLBACK"
  tags          = var.tags

  # An endpoint may take most of an hour, and its rollback as long again. Terraform's own default is 30 minutes.
  timeouts {
    create = "130m"
    update = "130m"
    delete = "70m"
  }
}
