module example.org/boats

require sigs.k8s.io/controller-runtime v0.20.0
