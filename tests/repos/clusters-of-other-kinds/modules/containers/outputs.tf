output "cluster_capacity_providers" {
  value = []
}
