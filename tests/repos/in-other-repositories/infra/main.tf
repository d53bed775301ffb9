terraform {
  backend "s3" {}
}
provider "aws" {}
resource "aws_ecs_service" "web" {}
