module "cluster" {
  source = "../.."
}
