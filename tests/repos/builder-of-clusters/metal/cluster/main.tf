resource "hcloud_server" "node" {
  count = 3
}
