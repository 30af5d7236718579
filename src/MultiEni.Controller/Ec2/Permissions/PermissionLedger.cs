using System.Collections.Concurrent;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Leading;

namespace MultiEni.Controller.Ec2.Permissions;

/// <summary>
/// Which EC2 actions the controller's role lacks, as far as calls and dry runs have shown. The last
/// answer for an action counts, so a permission that is granted clears itself with the next call.
/// </summary>
internal sealed class PermissionLedger
{
    private readonly ConcurrentDictionary<string, DeniedPermission> _denied = new(StringComparer.Ordinal);

    /// <summary>
    /// The API name of an action that is denied and was not, or is allowed again.
    /// </summary>
    public Signal<string> Changes { get; } = new();

    /// <summary>
    /// Permissions that were denied last, sorted; one that several APIs need once.
    /// </summary>
    public IReadOnlyList<DeniedPermission> Denied =>
        [.. _denied.Values.DistinctBy(permission => permission.Action).OrderBy(permission => permission.Action, StringComparer.Ordinal)];

    /// <summary>An action was answered.</summary>
    /// <param name="answer">The API name, and the failure or null after success.</param>
    public void Answered((string Action, Ec2Failure? Failure) answer)
    {
        var (action, failure) = answer;
        if (failure?.Reaction.Permission is { } missing)
        {
            var permission = new DeniedPermission(missing["ec2:".Length..], failure.Message);
            var before = _denied.GetValueOrDefault(action);
            _denied[action] = permission;
            if (before?.Action != permission.Action)
            {
                Changes.Raise(action);
            }
        }
        else if (failure?.Reaction.Kind is null or ReactionKind.DryRunAllowed && _denied.TryRemove(action, out _))
        {
            // Any other failure says nothing of permissions: no answer, or one given before anybody
            // looked.
            Changes.Raise(action);
        }
    }
}

/// <summary>What a dry run proved.</summary>
internal abstract record Permission
{
    private Permission() { }

    /// <summary>The call would be allowed.</summary>
    public sealed record Allowed : Permission;

    /// <summary>The call would be refused for lack of permission.</summary>
    /// <param name="Message">EC2's text.</param>
    public sealed record Denied(string Message) : Permission;

    /// <summary>
    /// EC2 refused for another reason, such as a resource that does not exist, before it looked at
    /// permissions.
    /// </summary>
    /// <param name="Code">EC2's error code.</param>
    /// <param name="Message">EC2's text.</param>
    public sealed record Inconclusive(string Code, string Message) : Permission;
}

/// <summary>An EC2 action that the controller's role may not call.</summary>
/// <param name="Action">API name.</param>
/// <param name="Message">EC2's text.</param>
internal sealed record DeniedPermission(string Action, string Message);
