resource "aws_codebuild_project" "x" {
  source {
    buildspec = <<-SPEC
      - echo "open {
    SPEC
  }
}
module "cluster" {
  groups = {
    main = { min = 1 }
  }
  source = "terraform-aws-modules/eks/aws//modules/karpenter"
}
resource "aws_db_instance" "main" {}
