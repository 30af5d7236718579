# The IAM policy of the controller and a role for it by EKS Pod Identity. The permissions themselves are in controller-policy.json.

variable "cluster_name" {
  description = "Name of the EKS cluster; the same as the chart's clusterName."
  type        = string
}

variable "vpc_arn" {
  description = "ARN of the VPC whose subnets and security groups may be used."
  type        = string
}

resource "aws_iam_policy" "controller" {
  name = "${var.cluster_name}-multi-eni-controller"
  policy = replace(
    replace(file("${path.module}/controller-policy.json"), "CLUSTER_NAME", var.cluster_name),
    "VPC_ARN", var.vpc_arn,
  )
}

data "aws_iam_policy_document" "pod_identity" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "controller" {
  name               = "${var.cluster_name}-multi-eni-controller"
  assume_role_policy = data.aws_iam_policy_document.pod_identity.json
}

resource "aws_iam_role_policy_attachment" "controller" {
  role       = aws_iam_role.controller.name
  policy_arn = aws_iam_policy.controller.arn
}

resource "aws_eks_pod_identity_association" "controller" {
  cluster_name    = var.cluster_name
  namespace       = "eni-controller-system"
  service_account = "eni-controller"
  role_arn        = aws_iam_role.controller.arn
}

output "role_arn" {
  value = aws_iam_role.controller.arn
}
