namespace MultiEni.Simulator.Ec2;

/// <summary>A token bucket: how many requests at once, and how many a second after that.</summary>
public readonly record struct BucketSize(double Capacity, double RefillPerSecond);
