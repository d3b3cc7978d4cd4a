resource "aws_cloudformation_stack" "monitoring" {
  name          = coalesce(var.stack_name, "${var.endpoint_name}-monitoring")
  template_body = jsonencode(local.template)
  iam_role_arn  = var.stack_role_arn
  on_failure    = "ROLLBACK"
  tags          = var.tags
}
