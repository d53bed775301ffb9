terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5" }
    k = "x"
  }
}
provider "aws" { region = var.r }
resource "aws_ecs_service" "a" {
  name = "${f("x${g("}")}")}"
  /* { */ # {
  // {
  x = <<-EOT
    { "
  EOT
  y = { for k, v in z : k => v if v != "" }
}
module "eks" { source = "terraform-aws-modules/eks/aws" }
