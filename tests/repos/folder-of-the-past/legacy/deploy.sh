kubectl apply -f cluster
