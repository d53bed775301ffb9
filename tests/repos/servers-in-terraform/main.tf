terraform {
  backend "s3" {
    bucket = "acme-state"
  }
}
provider "aws" {
  region = "eu-west-1"
}
resource "aws_autoscaling_group" "web" {
  min_size = 2
  max_size = 8
}
