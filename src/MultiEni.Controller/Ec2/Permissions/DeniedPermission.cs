namespace MultiEni.Controller.Ec2.Permissions;

/// <summary>An EC2 action that the controller's role may not call.</summary>
/// <param name="Action">API name.</param>
/// <param name="Message">EC2's text.</param>
internal sealed record DeniedPermission(string Action, string Message);
