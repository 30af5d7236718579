namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Policy rules in messages (struct fib_rule_hdr and FRA_ attributes).</summary>
internal static class RuleCodec
{
    internal const int HeaderSize = 12;

    // FIB_RULE_INVERT of include/uapi/linux/fib_rules.h
    private const uint InvertFlag = 2;

    internal const int Source = 2;
    internal const int Priority = 6;
    internal const int Table = 15;
    internal const int Protocol = 21;

    /// <summary>Reads a rule. False when the bytes are no rule for IPv4 or IPv6 unicast.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, out RoutingRule rule)
    {
        rule = new RoutingRule(0, 0, null, 0);
        if (payload.Length < HeaderSize || AddressText.Version(payload[0]) is not { } version)
        {
            return false;
        }

        var sourceLength = payload[2];
        var isInverted = (NativeBytes.UInt32(payload[8..]) & InvertFlag) != 0;
        rule = rule with { Family = version, Table = payload[4] };
        var attributes = new AttributeReader(payload[HeaderSize..]);
        while (attributes.TryRead(out var attribute))
        {
            rule = attribute.Type switch
            {
                // "not from X" is for everybody else.
                Source when !isInverted => rule with { Source = AddressText.FormatPrefix(attribute.Value, sourceLength) },
                Priority => rule with { Priority = Number.Clamp(attribute.Number) },
                Table => rule with { Table = Number.Clamp(attribute.Number) },
                Protocol when attribute.Value is [var number, ..] => rule with { Protocol = number },
                _ => rule,
            };
        }

        return true;
    }
}
