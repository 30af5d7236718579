using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes.Faults;

namespace MultiEni.Reliability.Lab;

/// <summary>What becomes of a call.</summary>
internal abstract record CallFate
{
    private CallFate() { }

    /// <summary>Nothing special.</summary>
    public static CallFate Pass { get; } = new Passes();

    /// <summary>The connection breaks.</summary>
    public static CallFate Lose { get; } = new IsLost();

    /// <summary>The connection breaks because the caller's process is no more.</summary>
    public static CallFate Kill { get; } = new KillsCaller();

    /// <summary>Nothing special.</summary>
    public sealed record Passes : CallFate;

    /// <summary>The connection breaks.</summary>
    public sealed record IsLost : CallFate;

    /// <summary>The caller dies here.</summary>
    public sealed record KillsCaller : CallFate;

    /// <summary>EC2 refuses.</summary>
    public sealed record Ec2Refuses(string Code) : CallFate;

    /// <summary>The API server refuses.</summary>
    public sealed record KubernetesRefuses(int Code) : CallFate;

    /// <summary>It takes a while.</summary>
    public sealed record IsSlow(TimeSpan Delay) : CallFate;

    public Ec2Verdict ForEc2() =>
        this switch
        {
            Passes => Ec2Verdict.Go,
            Ec2Refuses refused => new Ec2Verdict.Fail(refused.Code),
            IsSlow slow => new Ec2Verdict.Delay(slow.Delay),
            _ => Ec2Verdict.LoseConnection,
        };

    public FaultAction? ForKubernetes() =>
        this switch
        {
            Passes => null,
            KubernetesRefuses refused => new FaultAction.Fail(refused.Code),
            IsSlow slow => new FaultAction.Delay(slow.Delay),
            _ => new FaultAction.Disconnect(),
        };
}
