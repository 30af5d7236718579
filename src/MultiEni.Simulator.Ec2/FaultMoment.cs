namespace MultiEni.Simulator.Ec2;

/// <summary>On which side of a call's effect a fault strikes.</summary>
public enum FaultMoment
{
    /// <summary>The call has no effect.</summary>
    BeforeEffect,

    /// <summary>The call has its effect and its answer is replaced.</summary>
    AfterEffect,
}
