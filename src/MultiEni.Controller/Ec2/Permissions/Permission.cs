namespace MultiEni.Controller.Ec2.Permissions;

/// <summary>What a dry run proved.</summary>
internal abstract record Permission
{
    private Permission() { }

    /// <summary>The call would be allowed.</summary>
    public sealed record Allowed : Permission;

    /// <summary>The call would be refused for lack of permission.</summary>
    /// <param name="Message">EC2's text.</param>
    public sealed record Denied(string Message) : Permission;

    /// <summary>EC2 refused for another reason, such as a resource that does not exist, before it looked at permissions.</summary>
    /// <param name="Code">EC2's error code.</param>
    /// <param name="Message">EC2's text.</param>
    public sealed record Inconclusive(string Code, string Message) : Permission;
}
