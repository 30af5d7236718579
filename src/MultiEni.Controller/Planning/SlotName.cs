using System.Security.Cryptography;
using System.Text;

namespace MultiEni.Controller.Planning;

/// <summary>
/// The name of the attachment in a slot. It is computed from what identifies the slot and nothing
/// else, so that whoever plans the same slot again, after a crash or at the same time, means the
/// same object and the same ENI.
/// </summary>
internal static class SlotName
{
    /// <summary>The slot of a NodeENI that wants a single ENI on each node.</summary>
    public const string MostFree = "most-free";

    private const int LongestPrefix = 30;

    /// <summary>
    /// A name of at most 63 characters that starts with the NodeENI's and contains the instance.
    /// </summary>
    public static string Of(string nodeEniName, string nodeEniUid, string instanceId, string slot)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{nodeEniUid}|{instanceId}|{slot}"));
        var prefix = nodeEniName.Length <= LongestPrefix ? nodeEniName : nodeEniName[..LongestPrefix].TrimEnd('-', '.');
        return $"{prefix}-{instanceId}-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}";
    }
}
