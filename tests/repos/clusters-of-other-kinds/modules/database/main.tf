resource "aws_rds_cluster" "this" {}
