terraform {
  required_providers {
    aws    = { source = "hashicorp/aws", version = "~> 6.0" }
    google = { source = "hashicorp/google" }
    google-beta = {
      source = "hashicorp/google-beta"
    }
  }
}

resource "aws_db_instance" "main" {
  engine = "postgres"
}
