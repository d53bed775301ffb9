output "cluster_endpoint" {
  value = ""
}
