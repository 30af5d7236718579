namespace MultiEni.Controller.Ec2.Limits;

/// <summary>Limits of instance types: a table in the program for the common ones, EC2 for the others.</summary>
public sealed class InstanceTypeCatalog
{
    /// <summary>With the table of the program.</summary>
    public InstanceTypeCatalog(Ec2Client client, TimeProvider time) { }

    /// <summary>Limits known without asking; null otherwise.</summary>
    public InstanceTypeLimits? Find(string instanceType) =>
        throw new NotSupportedException("follows");

    /// <summary>Limits, from EC2 if need be; null when EC2 does not know the type either. Answers count for 24 h.</summary>
    public ValueTask<InstanceTypeLimits?> GetAsync(
        string instanceType,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException("follows");
}
