terraform {
  backend "s3" {}
}

resource "helm_release" "web" {
  count = var.on_cluster ? 1 : 0
  name  = "web"
}

module "cluster" {
  source = "terraform-aws-modules/eks/aws"
  count  = 0
}
