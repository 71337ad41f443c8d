const prefix = /^(hf|timm|torchvision|keras):/i;

/**
 * Whether a text is the name of weights on a hub, rather than a path or an address.
 *
 * @example
 * isHubName('hf:timm/resnet50.a1_in1k'); // true
 * isHubName('C:\\weights\\resnet50.pth'); // false
 */
export function isHubName(text: string): boolean {
  return prefix.test(text);
}
