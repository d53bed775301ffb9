variable "nodes" {}
