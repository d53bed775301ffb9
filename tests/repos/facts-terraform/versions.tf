terraform {
  required_providers {
    aws = "~> 4.0" # as it was written before 0.13
    hcloud = {
      source  = "hetznercloud/hcloud"
      version = "1.45"
    }
  }
}
