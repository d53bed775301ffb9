output "address" {
  value = ""
}
