variable "on_cluster" {
  type    = bool
  default = false
}
