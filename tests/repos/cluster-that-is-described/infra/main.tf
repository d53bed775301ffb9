module "cluster" {
  source = "Azure/aks/azurerm"
}
