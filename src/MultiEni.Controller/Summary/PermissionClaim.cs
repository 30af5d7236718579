using MultiEni.Api;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Summary;

/// <summary>The condition <c>PermissionsGranted</c>. Pure. It appears with the first missing permission, so that it costs nobody else a write.</summary>
internal static class PermissionClaim
{
    private const int LongestRefusal = 200;

    /// <summary>The claim; null when there is nothing to say.</summary>
    /// <param name="denied">Actions that were denied.</param>
    /// <param name="wasShown">Whether the NodeENI has the condition already.</param>
    public static ConditionClaim? For(IReadOnlyList<DeniedPermission> denied, bool wasShown)
    {
        if (denied.Count == 0)
        {
            return wasShown ? new(true, Reasons.AsExpected, "no permission is known to be missing") : null;
        }

        var actions = string.Join(", ", denied.Select(permission => $"ec2:{permission.Action}"));
        var refusal = denied[0].Message.Length <= LongestRefusal ? denied[0].Message : denied[0].Message[..LongestRefusal] + "…";
        return new(
            false,
            Reasons.Unauthorized,
            $"the controller's role lacks {actions}; grant what is missing, see the IAM policy in the documentation. EC2 says: {refusal}"
        );
    }
}
