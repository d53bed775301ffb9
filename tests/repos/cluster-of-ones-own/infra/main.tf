provider "hcloud" {}
resource "aws_eks_cluster" "main" {}
