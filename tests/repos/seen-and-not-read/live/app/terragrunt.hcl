terraform {
  source = "../app"
}
