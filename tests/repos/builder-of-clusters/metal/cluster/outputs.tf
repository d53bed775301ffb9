output "kubeconfig_admin" {
  value = ""
}
