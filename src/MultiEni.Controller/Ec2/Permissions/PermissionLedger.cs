using System.Collections.Concurrent;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Ec2.Permissions;

/// <summary>
/// Which EC2 actions the controller's role lacks, as far as calls and dry runs have shown. The last answer for an action counts, so a permission
/// that is granted clears itself with the next call.
/// </summary>
internal sealed class PermissionLedger
{
    private readonly ConcurrentDictionary<string, DeniedPermission> _denied = new(StringComparer.Ordinal);

    /// <summary>Told when an action is denied that was not, or allowed again. Must not block.</summary>
    public Action? Changed { get; set; }

    /// <summary>Permissions that were denied last, sorted; one that several APIs need once.</summary>
    public IReadOnlyList<DeniedPermission> Denied =>
        [.. _denied.Values.DistinctBy(permission => permission.Action).OrderBy(permission => permission.Action, StringComparer.Ordinal)];

    /// <summary>An action was answered.</summary>
    /// <param name="action">API name.</param>
    /// <param name="failure">The refusal, or null after success.</param>
    public void Answered(string action, Ec2Failure? failure)
    {
        switch (failure?.Reaction)
        {
            case Ec2Reaction.Unauthorized { Permission: { } missing }:
                var before = _denied.GetValueOrDefault(action);
                _denied[action] = new DeniedPermission(missing["ec2:".Length..], failure.Message);
                if (before?.Action != _denied[action].Action)
                {
                    Changed?.Invoke();
                }

                return;
            // These say nothing of permissions: no answer, or one given before anybody looked.
            case Ec2Reaction.Throttled
            or Ec2Reaction.OutcomeUnknown
            or Ec2Reaction.Unknown
            or Ec2Reaction.Unauthenticated
            or Ec2Reaction.Unauthorized:
                return;
            case null or Ec2Reaction.DryRunAllowed when _denied.TryRemove(action, out _):
                Changed?.Invoke();
                return;
            default:
                return;
        }
    }
}
