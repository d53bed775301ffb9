resource "kubernetes_deployment" "names" {}
