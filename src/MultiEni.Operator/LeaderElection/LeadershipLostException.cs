namespace MultiEni.Operator.LeaderElection;

/// <summary>This process is not, or no longer, the leader and must not act.</summary>
public sealed class LeadershipLostException(string message) : Exception(message);
