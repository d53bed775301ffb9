variable "image" {}
