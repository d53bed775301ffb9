output "name" { value = aws_eks_cluster.this.name }
