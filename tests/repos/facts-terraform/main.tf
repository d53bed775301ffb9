/* provider "azurerm" {} */
provider "cloudflare" {}

resource "hcloud_server" "web" {
  user_data = <<-EOT
    provider "google" {}
  EOT
}

module "service" {
  source = "terraform-aws-modules/ecs/aws"
}
