using System.Security.Cryptography;
using System.Text;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// The client token of a create call: computed from the slot, the parameters and the attempt, so that repeating a call whose answer was
/// lost returns the ENI that it made instead of making another. 64 characters, the most EC2 takes (docs/reference/ec2.md#client-tokens).
/// </summary>
internal static class ClientToken
{
    /// <summary>The token for a call with these parameters, its own token field aside.</summary>
    public static string For(string cluster, string slot, string attachmentUid, CreateEniRequest parameters, int attempt)
    {
        var text = new StringBuilder();
        Append(text, cluster);
        Append(text, slot);

        // A slot that is given up and wanted again has a new attachment; the old one's token would bring back its deleted ENI
        // (docs/reference/ec2.md#one-eni-per-slot).
        Append(text, attachmentUid);
        Append(text, attempt.ToString());
        Append(text, parameters.SubnetId);
        Append(text, parameters.Description);
        foreach (var group in parameters.SecurityGroupIds.Order(StringComparer.Ordinal))
        {
            Append(text, group);
        }

        foreach (var (key, value) in parameters.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            Append(text, key);
            Append(text, value);
        }

        Append(text, parameters.SecondaryPrivateIpCount.ToString());
        Append(text, parameters.Ipv4PrefixCount.ToString());
        Append(text, parameters.Ipv6AddressCount.ToString());
        Append(text, parameters.Ipv6PrefixCount.ToString());
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // The length goes before each part, or two different lists of parts could read the same.
    private static void Append(StringBuilder text, string part) => text.Append(part.Length).Append(':').Append(part);
}
