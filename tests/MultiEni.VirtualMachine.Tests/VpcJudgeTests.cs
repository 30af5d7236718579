using System.Net;
using MultiEni.VirtualMachine.Wire;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>The judge of the wire is judged itself, on frames as they are on a wire.</summary>
public sealed class VpcJudgeTests
{
    private static readonly WireEni Blue = new("02:00:00:00:05:05", [IPAddress.Parse("10.20.1.20"), IPAddress.Parse("2001:db8::20")]);
    private static readonly WireEni Green = new("02:00:00:00:06:06", [IPAddress.Parse("10.20.1.30"), IPAddress.Parse("2001:db8::30")]);

    private const string ToGreen = "020000000606020000000505";
    private const string Ipv4 = "0800" + "45000054000040004001" + "0000";
    private const string Ipv6 = "86dd" + "6000000000083a40";

    public static TheoryData<string, string> Frames =>
        new()
        {
            { ToGreen + Ipv4 + "0a140114" + "0a14011e", "deliver 02:00:00:00:06:06" },
            { ToGreen + Ipv4 + "0a140163" + "0a14011e", "10.20.1.99 is not assigned to 02:00:00:00:05:05" },
            { ToGreen + Ipv4 + "0a140114" + "0a140163", "10.20.1.99 is not assigned to 02:00:00:00:06:06" },
            { "020000000707020000000505" + Ipv4 + "0a140114" + "0a14011e", "10.20.1.30 is not assigned to 02:00:00:00:07:07" },
            { "020000000606020000000606" + Ipv4 + "0a140114" + "0a14011e", "02:00:00:00:06:06 is not the hardware address of 02:00:00:00:05:05" },
            { ToGreen + Ipv6 + "20010db8000000000000000000000020" + "20010db8000000000000000000000030", "deliver 02:00:00:00:06:06" },
            {
                "ffffffffffff020000000505" + "0806" + "0001080006040001" + "020000000505" + "0a140114" + "000000000000" + "0a14011e",
                "answer 02:00:00:00:06:06"
            },
            {
                "ffffffffffff020000000505" + "0806" + "0001080006040001" + "020000000505" + "0a140114" + "000000000000" + "0a140163",
                "no other ENI has 10.20.1.99"
            },
            {
                "ffffffffffff020000000505" + "0806" + "0001080006040001" + "020000000505" + "0a140114" + "000000000000" + "0a140114",
                "no other ENI has 10.20.1.20"
            },
            { ToGreen + "88cc" + "00", "a VPC carries no such frame" },
            { "0200", " is not the hardware address of 02:00:00:00:05:05" },
        };

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_frame_passes_only_between_assigned_addresses(string frame, string expected) =>
        Assert.Equal(
            expected,
            VpcJudge.Decide(Blue, EthernetFrame.Parse(Convert.FromHexString(frame)), [Blue, Green]) switch
            {
                Verdict.Deliver deliver => $"deliver {deliver.Receiver.Mac}",
                Verdict.Answer answer => $"answer {answer.Mac}",
                Verdict.Drop drop => drop.Why,
                var other => $"{other}",
            }
        );

    [Fact]
    public void The_answer_to_a_question_for_a_hardware_address_is_a_whole_frame() =>
        Assert.Equal(
            "020000000505020000000606" + "0806" + "0001080006040002" + "020000000606" + "0a14011e" + "020000000505" + "0a140114",
            Convert.ToHexStringLower(
                EthernetFrame.ArpReply(
                    Convert.FromHexString(
                        "ffffffffffff020000000505" + "0806" + "0001080006040001" + "020000000505" + "0a140114" + "000000000000" + "0a14011e"
                    ),
                    Green.Mac
                )
            )
        );
}
