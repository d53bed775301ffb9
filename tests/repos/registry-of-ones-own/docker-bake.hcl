target "search-ui" {
  context = "search"
  tags = [
    "ghcr.io/orchard/search-ui:latest",
  ]
}
